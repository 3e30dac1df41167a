import lib
lib.OBJ.x = 1

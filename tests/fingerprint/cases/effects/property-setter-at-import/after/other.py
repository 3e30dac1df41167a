import lib
lib.OBJ.x = 2

import lib
OBJ = lib.make()
OBJ.z = 1

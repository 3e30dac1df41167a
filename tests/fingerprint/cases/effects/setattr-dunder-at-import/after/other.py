import lib
OBJ = lib.make()
OBJ.z = 2

import shared, lib
lib.T = shared.OBJ

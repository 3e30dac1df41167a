import lib
lib.B[0] = 1

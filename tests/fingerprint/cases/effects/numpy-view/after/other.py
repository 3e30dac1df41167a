import lib
lib.B[1] = 1

import lib
lib.A[1] = 1

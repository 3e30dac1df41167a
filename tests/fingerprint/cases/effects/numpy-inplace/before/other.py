import lib
lib.A[0] = 1

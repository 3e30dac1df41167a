import lib

lib.N[0] = 2

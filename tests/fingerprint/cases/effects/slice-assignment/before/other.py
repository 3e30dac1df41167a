import lib
lib.L[:] = [1]

import lib
lib.L[:] = [2]

import lib
lib.STATE[:] = [1]

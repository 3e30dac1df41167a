import lib
lib.STATE[:] = [2]

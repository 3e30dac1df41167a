import lib
del lib.L[1]

import lib
del lib.L[0]

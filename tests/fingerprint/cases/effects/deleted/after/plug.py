import lib
del lib.STATE[1]

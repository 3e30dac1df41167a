import lib
del lib.STATE[0]

import lib
Y = list(lib.F)

import lib
Y = [list(x) for x in lib.L]

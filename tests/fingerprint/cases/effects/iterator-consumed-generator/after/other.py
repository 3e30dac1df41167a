import lib
Y = list(lib.IT)

import lib
L = lib
L.N = 1

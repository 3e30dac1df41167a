import lib
L = lib
L.N = 2

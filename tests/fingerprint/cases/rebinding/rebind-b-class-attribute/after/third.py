import lib
lib.G.n = 1

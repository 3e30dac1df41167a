import lib
lib.g.n = 1

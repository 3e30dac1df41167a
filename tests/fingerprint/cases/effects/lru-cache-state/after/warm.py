import lib
Y = lib.f()
lib.N[0] = 2

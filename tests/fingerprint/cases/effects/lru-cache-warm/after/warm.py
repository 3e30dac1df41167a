import lib
Y = lib.f(1)

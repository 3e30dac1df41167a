import lib
Y = lib.f()

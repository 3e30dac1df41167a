import lib
Y = lib.A(1)

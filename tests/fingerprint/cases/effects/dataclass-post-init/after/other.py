import lib
Y = lib.A(2)

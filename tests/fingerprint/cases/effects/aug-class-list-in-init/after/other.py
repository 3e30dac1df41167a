import lib
a = lib.A(2)

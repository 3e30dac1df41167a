import lib
a = lib.A(1)

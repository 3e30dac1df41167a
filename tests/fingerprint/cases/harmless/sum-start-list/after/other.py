import lib
Y = sum([[2]], lib.A)
Z = lib.A

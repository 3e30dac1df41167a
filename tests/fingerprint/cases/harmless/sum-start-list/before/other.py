import lib
Y = sum([[1]], lib.A)
Z = lib.A

import lib
Y = lib.D["a"]

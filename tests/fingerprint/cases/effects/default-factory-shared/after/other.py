import lib
Y = [lib.D[k] for k in "ab"]

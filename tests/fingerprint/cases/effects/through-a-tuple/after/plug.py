import lib
a, b = lib.STATE, 1
a.append(2)

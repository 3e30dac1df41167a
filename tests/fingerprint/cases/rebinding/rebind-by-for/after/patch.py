import lib
for lib.n in range(4): pass

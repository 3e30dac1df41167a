import lib
for lib.n in range(3): pass

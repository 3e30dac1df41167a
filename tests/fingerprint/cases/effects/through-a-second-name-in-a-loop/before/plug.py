import lib
for s in [lib.STATE]:
    s.append(1)

import lib
p = lambda n: lib.STATE.append(n)

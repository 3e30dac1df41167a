import lib
def inner(n): lib.STATE.append(n)
def outer(n): return inner(n)

import lib
def go(n):
    s = lib.STATE
    s += [n]

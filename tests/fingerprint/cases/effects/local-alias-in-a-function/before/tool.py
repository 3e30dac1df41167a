import lib
def go(n):
    s = lib.STATE
    s.append(n)

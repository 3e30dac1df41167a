import lib
def keep(c):
    lib.STATE.append(c.n)
    return c

import lib
def dataclass(c):
    lib.STATE.append(c.n)
    return c

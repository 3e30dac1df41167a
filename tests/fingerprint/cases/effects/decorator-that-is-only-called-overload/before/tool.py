import lib
def overload(g):
    lib.STATE.append(g())
    return g

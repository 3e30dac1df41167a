import lib
def cache(g):
    lib.STATE.append(g())
    return g

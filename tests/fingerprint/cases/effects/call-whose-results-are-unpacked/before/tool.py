import lib
def make(n):
    lib.STATE.append(n)
    return 1, 2

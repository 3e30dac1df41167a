import lib
def wrap(g):
    def inner(n): lib.STATE.append(n)
    return inner
@wrap
def go(n): return n

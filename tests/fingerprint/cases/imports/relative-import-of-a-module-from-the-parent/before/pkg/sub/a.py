from .. import b
def f(x): return b.g(x)

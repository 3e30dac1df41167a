from .b import g
def f(x): return g(x)

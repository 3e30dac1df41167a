try:
    from other import g
except ImportError:
    g = None
def f(x): return g()

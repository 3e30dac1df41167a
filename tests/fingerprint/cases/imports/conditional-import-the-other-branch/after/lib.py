try:
    from other import g
except ImportError:
    g = len
def f(x): return g()

try:
    from fast import g
except ImportError:
    def g(): return 2
def f(x): return g()

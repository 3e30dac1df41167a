try:
    from fast import g
except ImportError:
    def g(): return 1
def f(x): return g()

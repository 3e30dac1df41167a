try:
    import fast
except ImportError:
    fast = None
def f(x): return x

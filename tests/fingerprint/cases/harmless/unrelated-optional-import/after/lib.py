try:
    import faster as fast
except ImportError:
    fast = None
def f(x): return x

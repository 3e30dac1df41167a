import functools
@functools.lru_cache(maxsize=None)
def g(): return 1
def f(x): return x

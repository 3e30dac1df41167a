from functools import lru_cache
N = [1]
@lru_cache
def f(): return N[0]

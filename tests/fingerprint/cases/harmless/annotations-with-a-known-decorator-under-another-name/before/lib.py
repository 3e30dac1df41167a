from functools import cache as keep
@keep
def f(x: int): return x

from functools import cache as keep
@keep
def f(x: str): return x

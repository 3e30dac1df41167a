def g(x: str): pass
def f(x): return g.__annotations__

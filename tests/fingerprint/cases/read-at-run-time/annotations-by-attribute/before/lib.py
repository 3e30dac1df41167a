def g(x: int): pass
def f(x): return g.__annotations__

import inspect
def g(x: int): pass
def f(x): return str(inspect.signature(g))

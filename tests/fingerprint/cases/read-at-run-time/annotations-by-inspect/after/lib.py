import inspect
def g(x: str): pass
def f(x): return str(inspect.signature(g))

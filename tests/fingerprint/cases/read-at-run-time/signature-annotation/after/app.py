import inspect
def f(x: float): pass
def run(): return str(inspect.signature(f))

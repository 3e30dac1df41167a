import inspect
def f(x: int): pass
def run(): return str(inspect.signature(f))

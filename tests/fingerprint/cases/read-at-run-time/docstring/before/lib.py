def g():
    'One.'
def f(x): return g.__doc__

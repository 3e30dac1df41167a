def g():
    'One.'
def f(x): return getattr(g, '__doc__')

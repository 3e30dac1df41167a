def g():
    'Two.'
def f(x): return getattr(g, '__doc__')

def g():
    'Two.'
def f(x): return g.__doc__

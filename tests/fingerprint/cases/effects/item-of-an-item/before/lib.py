T = {'a': {}}
def f(x): return T

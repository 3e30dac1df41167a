names = globals
A = 2
def f(x): return names()['A']

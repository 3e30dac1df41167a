names = globals
A = 1
def f(x): return names()['A']

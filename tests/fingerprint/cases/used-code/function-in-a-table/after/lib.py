T = {}
def g():
    return 2
T['a'] = g
def f(x):
    return T

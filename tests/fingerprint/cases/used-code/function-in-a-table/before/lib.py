T = {}
def g():
    return 1
T['a'] = g
def f(x):
    return T

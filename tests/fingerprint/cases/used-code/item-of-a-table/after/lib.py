T = {}
T['a'] = 2
def f(x):
    return T

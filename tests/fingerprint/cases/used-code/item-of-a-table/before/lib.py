T = {}
T['a'] = 1
def f(x):
    return T

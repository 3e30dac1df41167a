T = []
def g():
    return 2
T.append(g)
def f(x):
    return T

T = []
def g():
    return 1
T.append(g)
def f(x):
    return T

T = {}
T.setdefault('a', []).append(1)
def f(x):
    return T

T = {}
T.setdefault('a', []).append(2)
def f(x):
    return T

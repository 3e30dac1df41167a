T = [1]
del T[0]
def f(x):
    return T

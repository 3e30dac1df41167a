T = [1]
del T[-1]
def f(x):
    return T

k = 2
def f(x):
    return lambda k: k

X = 2
def f(x):
    return x + 1

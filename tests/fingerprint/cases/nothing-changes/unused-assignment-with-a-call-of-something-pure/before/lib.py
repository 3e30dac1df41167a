X = len('a')
def f(x):
    return x + 1

y = 2
def f(x):
    y = x
    return y

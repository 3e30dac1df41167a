def f(x):
    pass
    return x

def f(x):
    y: int = x
    return y

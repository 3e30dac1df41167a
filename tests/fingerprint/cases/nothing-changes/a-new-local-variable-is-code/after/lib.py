def f(x):
    y: int = x
    return y + 1

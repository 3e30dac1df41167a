def f(x):
    return type(x).__name__

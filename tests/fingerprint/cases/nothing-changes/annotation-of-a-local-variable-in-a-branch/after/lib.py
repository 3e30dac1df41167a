def f(x):
    if x:
        y: float = x
        return y

def f(x):
    if x:
        y: int = x
        return y

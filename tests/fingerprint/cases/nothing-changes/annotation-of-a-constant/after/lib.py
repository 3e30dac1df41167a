X: int = 3
def f(x):
    return X

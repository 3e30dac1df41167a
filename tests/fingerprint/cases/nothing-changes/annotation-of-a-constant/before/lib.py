X = 3
def f(x):
    return X

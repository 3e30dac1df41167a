K = 3


def f(x):
    return x + K

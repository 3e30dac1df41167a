def f(x):
    return x


def g(x):
    return 2 * x

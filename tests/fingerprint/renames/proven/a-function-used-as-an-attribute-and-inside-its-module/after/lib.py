def g(x):
    return x + 1


def twice(x):
    return g(g(x))

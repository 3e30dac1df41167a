def f(x):
    return x + 1


def twice(x):
    return f(f(x))

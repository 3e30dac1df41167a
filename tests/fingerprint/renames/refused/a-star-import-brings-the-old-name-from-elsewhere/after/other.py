import lib


def f(x):
    return lib.g(x) * 2

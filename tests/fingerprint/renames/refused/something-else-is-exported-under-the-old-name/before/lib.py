import other


def f(x):
    return other.h(x) + 1

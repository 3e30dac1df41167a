from other import k


def f(x):
    return k(x) + 1

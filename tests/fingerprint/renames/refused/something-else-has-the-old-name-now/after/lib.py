from other import f as base


def g(x):
    return base(x) + 1

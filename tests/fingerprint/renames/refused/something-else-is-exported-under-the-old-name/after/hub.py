import lib


def s(x):
    return lib.f(x)

import d


def f():
    return d.f() + 1

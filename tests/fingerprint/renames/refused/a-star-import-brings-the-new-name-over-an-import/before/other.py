def h():
    return 2


def f():
    return h()

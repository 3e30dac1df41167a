def k():
    return 2


def f():
    return k()

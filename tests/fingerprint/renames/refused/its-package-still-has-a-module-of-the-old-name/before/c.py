import pkg.a


def h():
    return pkg.a.f()

import pkg.a


def run():
    return pkg.load().f(1) + pkg.a.f(1)

import pkg.b


def run():
    return pkg.load().f(1) + pkg.b.f(1)

import pkg.a
from c import h


def run():
    return pkg.a.f() - h()

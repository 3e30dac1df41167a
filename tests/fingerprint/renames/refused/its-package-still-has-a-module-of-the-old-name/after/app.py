import pkg.b
from c import h


def run():
    return pkg.b.f() - h()

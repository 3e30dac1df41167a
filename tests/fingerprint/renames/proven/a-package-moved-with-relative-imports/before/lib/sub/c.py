from ..b import g


def h():
    return g(5)

import lib


def run():
    return lib.f(1) + lib.twice(2)

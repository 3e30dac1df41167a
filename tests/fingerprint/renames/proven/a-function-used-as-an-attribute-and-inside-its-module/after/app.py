import lib


def run():
    return lib.g(1) + lib.twice(2)

import lib
from hub import f


def run():
    return f() + 10 * lib.f()

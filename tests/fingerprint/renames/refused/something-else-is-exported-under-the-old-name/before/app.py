import lib
from hub import s


def run():
    return lib.f(1) - s(1)

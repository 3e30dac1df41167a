import lib
from hub import s


def run():
    return lib.g(1) - s(1)

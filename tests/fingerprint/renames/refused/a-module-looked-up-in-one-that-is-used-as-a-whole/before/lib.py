import sys


def f():
    return sys.modules["other"].g()

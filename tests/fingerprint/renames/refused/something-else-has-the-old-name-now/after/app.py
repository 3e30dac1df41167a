from lib import g
from other import f


def run():
    return g(1) - f(1)

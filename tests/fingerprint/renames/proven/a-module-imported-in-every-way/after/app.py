import lib.arithmetic
import lib.arithmetic as m
from lib import arithmetic
from lib.arithmetic import f


def run():
    from lib.arithmetic import f as local

    return [lib.arithmetic.f(1), m.f(2), arithmetic.f(3), f(4), local(5)]

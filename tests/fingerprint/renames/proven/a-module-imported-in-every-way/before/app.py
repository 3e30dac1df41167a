import lib.maths
import lib.maths as m
from lib import maths
from lib.maths import f


def run():
    from lib.maths import f as local

    return [lib.maths.f(1), m.f(2), maths.f(3), f(4), local(5)]

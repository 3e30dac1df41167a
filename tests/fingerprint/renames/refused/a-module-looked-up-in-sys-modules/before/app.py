import sys

import pkg.a


def run():
    return sys.modules["pkg.a"].f(1) + pkg.a.f(1)

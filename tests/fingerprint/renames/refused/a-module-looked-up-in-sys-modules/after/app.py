import sys

import kit.a


def run():
    return sys.modules["pkg.a"].f(1) + kit.a.f(1)

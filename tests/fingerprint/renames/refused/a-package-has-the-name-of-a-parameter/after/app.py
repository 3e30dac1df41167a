import types

import kit.a


def run(pkg=types.SimpleNamespace(a=types.SimpleNamespace(f=str))):
    return kit.a.f(5), helper()


def helper():
    import kit.a as m

    return m.f(2)

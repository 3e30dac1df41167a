import types


def run(pkg=types.SimpleNamespace(a=types.SimpleNamespace(f=str))):
    return pkg.a.f(5), helper()


def helper():
    import pkg.a as m

    return m.f(2)

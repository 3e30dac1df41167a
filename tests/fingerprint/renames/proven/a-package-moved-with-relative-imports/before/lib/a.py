def f(x):
    from . import b
    from .sub.c import h

    return b.g(x) + h()

import functools
@functools.cache
def f(x: int):
    return x

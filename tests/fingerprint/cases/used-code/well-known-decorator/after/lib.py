import functools
@functools.cache
def f(x: str):
    return x

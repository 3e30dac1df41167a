import other
from other import h as f


def g(x):
    return other.h(x) + 1

from collections.abc import Callable
Fn = Callable[[int], int]
def f(x): return x

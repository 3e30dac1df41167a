from collections.abc import Callable
Fn = Callable[[int], str]
def f(x): return x

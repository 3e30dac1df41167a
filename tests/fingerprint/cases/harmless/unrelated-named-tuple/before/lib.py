from typing import NamedTuple
class P(NamedTuple):
    x: int
def f(x): return x

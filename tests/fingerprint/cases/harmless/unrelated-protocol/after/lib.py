from typing import Protocol
class P(Protocol):
    def m(self, x): ...
def f(x): return x

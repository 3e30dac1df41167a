from typing import Protocol
class P(Protocol):
    def m(self): ...
def f(x): return x

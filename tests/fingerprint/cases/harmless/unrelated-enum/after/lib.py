from enum import Enum, auto
class E(Enum):
    A = auto()
    B = auto()
def f(x): return x

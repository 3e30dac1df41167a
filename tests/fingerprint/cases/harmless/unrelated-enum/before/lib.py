from enum import Enum, auto
class E(Enum):
    A = auto()
def f(x): return x

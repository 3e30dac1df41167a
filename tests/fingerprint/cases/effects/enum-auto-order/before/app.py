from enum import Enum, auto
class E(Enum):
    A = auto()
    B = auto()
def run(): return E.A.value

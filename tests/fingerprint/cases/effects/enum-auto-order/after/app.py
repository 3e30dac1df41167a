from enum import Enum, auto
class E(Enum):
    B = auto()
    A = auto()
def run(): return E.A.value

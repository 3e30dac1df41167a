from enum import Enum
class E(Enum):
    A = 1
    B = 1
def run(): return E.B.name

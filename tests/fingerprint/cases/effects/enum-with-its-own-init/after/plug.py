from enum import Enum
import lib
class E(Enum):
    A = 2
    def __init__(self, n): lib.STATE.append(n)

from enum import Enum
import lib
class E(Enum):
    A = 1
    def __init__(self, n): lib.STATE.append(n)

from typing import NamedTuple
class N(NamedTuple):
    a: int
    b: int = 1
def run(): return N(0)

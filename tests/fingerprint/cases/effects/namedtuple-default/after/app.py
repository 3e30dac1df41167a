from typing import NamedTuple
class N(NamedTuple):
    a: int
    b: int = 2
def run(): return N(0)

from typing import NamedTuple
class N(NamedTuple):
    b: int
    a: int
def run(): return N(0, 1).a

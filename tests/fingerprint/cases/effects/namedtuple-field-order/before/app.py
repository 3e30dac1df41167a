from typing import NamedTuple
class N(NamedTuple):
    a: int
    b: int
def run(): return N(0, 1).a

from dataclasses import dataclass
@dataclass
class N:
    b: int
    a: int
def run(): return N(0, 1).a

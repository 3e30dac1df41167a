from dataclasses import dataclass
@dataclass
class N:
    a: int
    b: int
def run(): return N(0, 1).a

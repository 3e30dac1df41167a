from dataclasses import dataclass
L = []
@dataclass
class A:
    n: int
    def __post_init__(self): L.append(self.n)

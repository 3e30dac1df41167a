from dataclasses import dataclass, field
@dataclass(frozen=True)
class C:
    x: int = 2
    y: list = field(default_factory=list)
def f(x): return x

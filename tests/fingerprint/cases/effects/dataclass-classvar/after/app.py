from dataclasses import dataclass
from typing import ClassVar
@dataclass
class N:
    a: int = 1
    b: ClassVar[int] = 2
def run(): return repr(N())

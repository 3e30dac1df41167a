from dataclasses import dataclass, field
from lib import make
@dataclass
class N:
    a: list = field(default_factory=make)
def run(): return N().a

from dataclasses import dataclass, field
STATE = []
def made():
    STATE.append(1)
    return 0
@dataclass
class C:
    x: int = field(default_factory=made)
OBJECT = C()
def f(): return STATE

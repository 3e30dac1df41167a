from dataclasses import dataclass
@dataclass(frozen=True)
class N:
    a: int = 1
def run():
    n = N()
    try: n.a = 2
    except Exception: pass
    return n.a

from dataclasses import dataclass, fields
@dataclass
class A:
    x: int = 1
def run(): return str(fields(A)[0].type)

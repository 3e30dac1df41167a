from enum import Enum
class E(Enum):
    A = 1
    B = 2
def run(): return [e.name for e in E]

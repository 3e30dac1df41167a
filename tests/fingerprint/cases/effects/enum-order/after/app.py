from enum import Enum
class E(Enum):
    B = 2
    A = 1
def run(): return [e.name for e in E]

def part(): return 0
def part(): return 2
from .part import q


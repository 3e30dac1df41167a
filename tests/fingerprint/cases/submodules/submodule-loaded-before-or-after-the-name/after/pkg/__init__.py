def part(): return 0
from .part import q
def part(): return 2


import nets
from reg import TABLE
def run(n): return TABLE[n]()

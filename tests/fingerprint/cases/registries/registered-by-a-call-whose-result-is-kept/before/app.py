import nets
from reg import build
def run(n): return build(n)

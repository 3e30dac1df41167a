import nets
from reg import Meta
def run(n): return Meta.known[n]()

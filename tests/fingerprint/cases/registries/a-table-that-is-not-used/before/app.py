import nets
def run(n): return 1


def run(x: int = 1): return x

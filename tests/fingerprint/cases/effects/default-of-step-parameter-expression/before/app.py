from lib import N
def run(x=N + 1): return x

from lib import N
def run():
    def g(n=N): return n
    return g()

import lib
def run(n): return getattr(lib, n)()

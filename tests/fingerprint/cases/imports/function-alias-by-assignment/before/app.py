import lib
g = lib.f
def run(): return g(1)

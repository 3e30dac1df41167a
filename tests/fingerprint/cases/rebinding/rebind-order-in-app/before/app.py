import lib
g = lib.f
lib.f = lambda: 2

def run(): return g()

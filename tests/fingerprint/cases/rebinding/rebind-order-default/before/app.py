import lib
def run(f=lib.f): return f()
lib.f = lib.g


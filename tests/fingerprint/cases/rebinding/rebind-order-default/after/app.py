import lib
lib.f = lib.g
def run(f=lib.f): return f()


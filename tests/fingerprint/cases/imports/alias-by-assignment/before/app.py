import lib
l = lib
def run(): return l.f(1)

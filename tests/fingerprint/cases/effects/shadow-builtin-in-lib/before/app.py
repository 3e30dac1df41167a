import lib
def run(): return lib.f()

import lib, patch
def run(): return lib.f()

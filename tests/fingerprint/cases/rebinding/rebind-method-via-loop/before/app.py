import lib, patch
def run(): return lib.A().f()

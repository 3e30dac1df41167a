import lib, patch
def run(): return lib.K.x

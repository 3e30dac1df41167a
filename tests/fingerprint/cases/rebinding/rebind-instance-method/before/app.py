import lib, patch
def run(): return lib.OBJ.f()

import lib, patch
def run(): return lib.E.A.tag

import lib, other
def run(): return lib.C["a"]

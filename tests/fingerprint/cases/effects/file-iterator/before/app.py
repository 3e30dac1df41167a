import lib, other
def run(): return lib.F.read()

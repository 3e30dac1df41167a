import lib, other
def run(): return lib.A.tolist()

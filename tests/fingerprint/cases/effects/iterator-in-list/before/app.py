import lib, other
def run(): return list(lib.L[0])

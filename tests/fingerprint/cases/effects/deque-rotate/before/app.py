import lib, other
def run(): return list(lib.Q)

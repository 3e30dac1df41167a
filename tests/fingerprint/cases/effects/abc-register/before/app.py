import lib, other
def run(): return isinstance(1, lib.A)

import lib, other
def run(): return dict(lib.D)

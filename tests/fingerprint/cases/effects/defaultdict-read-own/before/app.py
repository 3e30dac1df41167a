import lib
def run(): return dict(lib.D)

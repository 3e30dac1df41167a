import lib, other
def run(): return next(lib.IT)

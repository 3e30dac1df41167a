import lib
def run(): return getattr(lib, "g", 0)

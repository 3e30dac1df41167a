import lib
def run(): return getattr(lib, "f" + "")()

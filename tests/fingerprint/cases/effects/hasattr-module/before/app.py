import lib
def run(): return hasattr(lib, "g")

import lib
def run(): return lib.g(1)

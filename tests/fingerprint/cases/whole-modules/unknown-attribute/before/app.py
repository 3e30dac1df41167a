import lib
def run(): return lib.nothing

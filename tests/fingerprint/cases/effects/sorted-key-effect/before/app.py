import lib
def run(): return lib.L

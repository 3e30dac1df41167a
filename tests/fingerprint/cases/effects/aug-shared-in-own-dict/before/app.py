import lib
def run(): return lib.T

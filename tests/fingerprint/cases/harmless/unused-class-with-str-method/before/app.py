import lib
def run(): return lib.K

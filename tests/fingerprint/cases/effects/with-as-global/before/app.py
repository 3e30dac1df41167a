import lib
def run(): return lib.x

import lib, other
def run(): return lib.LOG

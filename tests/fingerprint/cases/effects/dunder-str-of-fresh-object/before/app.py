import lib
def run(): return lib.LOG

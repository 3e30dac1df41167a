import lib
def run(): return list(lib.IT)

import lib
def run(): return lib.anything

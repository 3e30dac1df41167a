import lib
def run(): return lib.__name__

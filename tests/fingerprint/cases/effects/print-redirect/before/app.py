import lib, sys
def run(): return type(sys.stdout).__name__

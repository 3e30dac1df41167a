import lib, sys
def run(): return sys.getrecursionlimit()

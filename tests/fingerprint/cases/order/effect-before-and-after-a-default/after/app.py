import lib, tool
def run(n=len(lib.STATE)): return n
tool.grow()

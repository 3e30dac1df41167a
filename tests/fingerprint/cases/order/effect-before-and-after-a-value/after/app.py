import lib, tool
B = list(lib.STATE)
tool.grow()
def run(): return B

import lib, tool
tool.grow()
B = list(lib.STATE)
def run(): return B

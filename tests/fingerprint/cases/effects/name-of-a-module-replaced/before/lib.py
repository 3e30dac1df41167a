import tool
def f(x): return tool.g()

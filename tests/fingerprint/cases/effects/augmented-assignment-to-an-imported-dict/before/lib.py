STATE = {}
def f(x): return STATE

STATE = [3, 4]
def f(x): return STATE

STATE = [0]
SAME = STATE
def f(x): return STATE

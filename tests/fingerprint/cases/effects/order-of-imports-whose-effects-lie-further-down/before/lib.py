STATE = [0]
def f(x): return sum(STATE)

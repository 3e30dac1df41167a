N = 2
N = 1
def f(x): return N

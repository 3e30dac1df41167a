N = 1
N = 2
def f(x): return N

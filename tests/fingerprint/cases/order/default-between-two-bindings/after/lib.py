N = 1
N = 2
def f(x, n=N): return n

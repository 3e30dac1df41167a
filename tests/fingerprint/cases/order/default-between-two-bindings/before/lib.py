N = 1
def f(x, n=N): return n
N = 2

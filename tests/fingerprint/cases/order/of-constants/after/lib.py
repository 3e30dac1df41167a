B = 2
A = 1
def f(x): return A - B

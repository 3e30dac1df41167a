A = 1
B = 2
def f(x): return A - B

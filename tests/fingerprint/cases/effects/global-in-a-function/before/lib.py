N = 0
def go(n):
    global N
    N = n
def f(x): return N

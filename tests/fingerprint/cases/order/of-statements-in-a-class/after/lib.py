class C:
    n = 1
    n = 2
    m = n
def f(x): return C.m

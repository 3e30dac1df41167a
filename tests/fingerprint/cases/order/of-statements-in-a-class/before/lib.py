class C:
    n = 1
    m = n
    n = 2
def f(x): return C.m

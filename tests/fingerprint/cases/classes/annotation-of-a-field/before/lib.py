class C:
    x: int
def f(x): return C

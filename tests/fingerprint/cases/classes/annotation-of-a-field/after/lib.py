class C:
    x: str
def f(x): return C

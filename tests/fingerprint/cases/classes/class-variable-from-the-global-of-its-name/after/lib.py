v = 2
class C:
    v = v
def f(x): return C

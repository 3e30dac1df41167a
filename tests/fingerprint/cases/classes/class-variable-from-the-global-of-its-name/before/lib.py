v = 1
class C:
    v = v
def f(x): return C

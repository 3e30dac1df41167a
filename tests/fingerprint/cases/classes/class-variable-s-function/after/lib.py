def g(): return 2
class C:
    v = g()
def f(x): return C

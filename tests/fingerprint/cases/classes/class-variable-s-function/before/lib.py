def g(): return 1
class C:
    v = g()
def f(x): return C

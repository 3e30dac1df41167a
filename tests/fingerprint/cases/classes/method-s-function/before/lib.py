def g(): return 1
class C:
    def m(self): return g()
def f(x): return C

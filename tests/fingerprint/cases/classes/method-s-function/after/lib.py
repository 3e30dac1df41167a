def g(): return 2
class C:
    def m(self): return g()
def f(x): return C

class C:
    n = 1
    n = 2
    def m(self, x=n): return x
def f(x): return C().m()

class C:
    n = 1
    def m(self, x=n): return x
    n = 2
def f(x): return C().m()

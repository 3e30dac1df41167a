class C:
    def m(self): return 2
    def m(self): return 1
def f(x): return C().m()

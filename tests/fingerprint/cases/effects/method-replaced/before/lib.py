class C:
    def m(self): return 0
def f(x): return C().m()

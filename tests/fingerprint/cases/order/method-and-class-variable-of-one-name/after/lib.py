class C:
    def m(self): return 2
    m = 1
def f(x): return C.m

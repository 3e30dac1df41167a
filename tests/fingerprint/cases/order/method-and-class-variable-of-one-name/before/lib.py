class C:
    m = 1
    def m(self): return 2
def f(x): return C.m

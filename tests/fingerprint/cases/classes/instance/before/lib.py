class C:
    def m(self): return 1
o = C()
def f(x): return o.m()

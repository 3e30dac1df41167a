class C:
    def m(self): return 2
o = C()
def f(x): return o.m()

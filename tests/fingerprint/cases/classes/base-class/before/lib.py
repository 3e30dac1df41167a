class B:
    def m(self): return 1
class C(B): pass
def f(x): return C()

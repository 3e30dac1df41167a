m = 1
class C:
    m = 2
    def g(self): return m
def f(x): return C

class C:
    def b(self): return 2
    def a(self): return 1
def f(x): return C().a()

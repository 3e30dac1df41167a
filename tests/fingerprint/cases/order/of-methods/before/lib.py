class C:
    def a(self): return 1
    def b(self): return 2
def f(x): return C().a()

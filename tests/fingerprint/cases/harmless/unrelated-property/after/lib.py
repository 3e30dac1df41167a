class C:
    @property
    def p(self): return 2
    @p.setter
    def p(self, v): pass
def f(x): return x

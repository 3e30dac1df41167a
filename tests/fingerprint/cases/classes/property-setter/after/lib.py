class C:
    @property
    def p(self): return 1
    @p.setter
    def p(self, v): self.v = v
def f(x): return C

import lib
class C:
    def __init__(self, n): self.n = n
    @property
    def n(self): return 0
    @n.setter
    def n(self, v): lib.STATE.append(v)

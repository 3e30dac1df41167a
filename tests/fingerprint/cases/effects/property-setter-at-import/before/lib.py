LOG = []
class A:
    @property
    def x(self): return 1
    @x.setter
    def x(self, v): LOG.append(v)
OBJ = A()

import weakref
L = []
class A: pass
a = A()
r = weakref.finalize(a, L.append, 2)
del a

import weakref
L = []
class A: pass
a = A()
r = weakref.finalize(a, L.append, 1)
del a

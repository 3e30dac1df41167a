class A: x = 1
class B: x = 2
Base = A
Other = B
class C(Base): pass
def f(x): return C, Other

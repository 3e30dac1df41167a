class M(type):
    def g(cls): return 1
class C(metaclass=M): pass
def f(x): return C()

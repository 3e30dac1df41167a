class M(type):
    def g(cls): return 2
class C(metaclass=M): pass
def f(x): return C()

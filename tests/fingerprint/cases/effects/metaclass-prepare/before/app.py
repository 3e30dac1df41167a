class M(type):
    @classmethod
    def __prepare__(m, n, b): return {"z": 1}
class A(metaclass=M): pass
def run(): return A.z

from lib import M
class A(metaclass=M): pass
def run(): return A.z

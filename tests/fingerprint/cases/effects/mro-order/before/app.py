class A: v = 1
class B: v = 2
class C(A, B): pass
def run(): return C.v

class A: v = 1
class B: v = 2
class C(B, A): pass
def run(): return C.v

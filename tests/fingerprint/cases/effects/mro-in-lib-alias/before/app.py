from lib import X, Y
class C(X, Y): pass
def run(): return C.v

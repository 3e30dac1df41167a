import lib
class A(lib.X if lib.F else lib.Y): pass
def run(): return A.v

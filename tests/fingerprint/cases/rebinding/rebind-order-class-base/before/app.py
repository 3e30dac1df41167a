import lib
class A(lib.B): pass
lib.B = lib.C

def run(): return A.x

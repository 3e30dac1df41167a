import lib
lib.B = lib.C
class A(lib.B): pass

def run(): return A.x

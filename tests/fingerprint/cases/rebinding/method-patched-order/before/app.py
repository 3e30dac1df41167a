import lib
OBJ = lib.A().f()
lib.A.f = lambda self: 2

def run(): return OBJ

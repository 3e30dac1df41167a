import lib
lib.A.f = lambda self: 2
OBJ = lib.A().f()

def run(): return OBJ

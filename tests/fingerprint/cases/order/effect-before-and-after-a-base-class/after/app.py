import lib, tool
class C(lib.B): n = lib.N
tool.grow()
def run(): return C.n

import lib
f = lib.a if lib.FLAG else lib.b
def run(): return f()

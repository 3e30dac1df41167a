import lib
def f(x: int): pass
def run(): return lib.sig(f)

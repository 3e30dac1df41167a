import lib
def f(x: float): pass
def run(): return lib.sig(f)

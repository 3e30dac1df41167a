import lib
def f(): return lib.f()

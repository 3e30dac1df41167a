import pkg.lib2 as lib
def f(): return lib.f()

import lib
def run(): return lib.f(1)
def back(): return 1

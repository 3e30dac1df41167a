import lib
def f(): return 1

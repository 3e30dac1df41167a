from .f import g
def f(): return 1


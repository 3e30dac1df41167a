from . import other
def f(): return 1


from tool import timed
@timed
def g(): return 1
def f(x): return x

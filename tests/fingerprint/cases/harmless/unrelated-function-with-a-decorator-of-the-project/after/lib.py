from tool import timed
@timed
def g(): return 2
def f(x): return x

def b(): return 2
def f(x): return a() - b()
def a(): return 1

if 1:
    from other import g
else:
    g = None
def f(x): return g()

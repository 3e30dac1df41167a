if 0:
    from other import g
else:
    from more import g
def f(x): return g()

class C:
    x = 1
def f(x): return C()

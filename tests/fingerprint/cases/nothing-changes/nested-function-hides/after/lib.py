g = 3
def f(x):
    def g(): return 2
    return g()

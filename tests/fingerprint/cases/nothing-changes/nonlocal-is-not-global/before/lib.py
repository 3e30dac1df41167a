n = 1
def f(x):
    n = x
    def g():
        nonlocal n
        n = 2
    return g

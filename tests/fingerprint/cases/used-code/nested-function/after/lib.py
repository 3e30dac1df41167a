def g():
    return 2
def f(x):
    def h():
        return g()
    return h

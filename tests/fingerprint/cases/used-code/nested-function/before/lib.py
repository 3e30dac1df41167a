def g():
    return 1
def f(x):
    def h():
        return g()
    return h

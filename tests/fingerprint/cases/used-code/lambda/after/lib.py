def g():
    return 2
def f(x):
    return lambda: g()

if (n := 1) > 0:
    pass
def f(x):
    return n

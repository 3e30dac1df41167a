if (n := 2) > 0:
    pass
def f(x):
    return n

def f(x):
    return x.helper()
def helper(): return 1

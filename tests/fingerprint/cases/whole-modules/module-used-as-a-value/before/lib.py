def f(x):
    return x + 1
def h(): return 9

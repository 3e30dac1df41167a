def setup(): return 2
setup()
def f(x):
    return x + 1

N = 2
def f(x, y=N):
    return y

N = 1
def f(x, *, y=N):
    return y

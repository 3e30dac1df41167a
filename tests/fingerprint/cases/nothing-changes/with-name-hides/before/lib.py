w = 1
def f(x):
    with x as w: return w

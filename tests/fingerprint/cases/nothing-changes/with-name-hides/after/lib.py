w = 2
def f(x):
    with x as w: return w

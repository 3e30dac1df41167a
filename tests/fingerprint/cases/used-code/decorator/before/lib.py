def deco(g):
    return g
@deco
def f(x):
    return x

def deco(g):
    return None
@deco
def f(x):
    return x

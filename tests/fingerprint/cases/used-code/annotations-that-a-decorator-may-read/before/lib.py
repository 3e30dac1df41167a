def deco(g):
    return g
@deco
def f(x: int):
    return x

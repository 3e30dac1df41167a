def deco(g):
    return g
@deco
def f(x: str):
    return x

from tool import cache
@cache
def f(x: int): return x

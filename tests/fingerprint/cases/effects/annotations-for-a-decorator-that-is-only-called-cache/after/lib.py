from tool import cache
@cache
def f(x: str): return x

from tool import cache
@cache
def g(): return 2

from functools import cache
@cache
def g(): return 2

TABLE = {}
TABLE["c"] = lambda: 9

class Base:
    def inherited(self): return 1

def decorate(change):
    def wrap(function):
        def wrapper(x):
            return change(function(x))
        return wrapper
    return wrap

def outer(n):
    def inner(m):
        return {k: v for k, v in [(m, n)]}
    return inner(n)

def registered(): return 1

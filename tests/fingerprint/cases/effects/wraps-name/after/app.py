from functools import wraps
def deco(f):
    
    def inner(): return 1
    return inner
@deco
def h(): pass
def run(): return h.__name__

from deco import b as x, a as y
@x
def f(n): return n
@y
def g(n): return n
def h(): return f, g

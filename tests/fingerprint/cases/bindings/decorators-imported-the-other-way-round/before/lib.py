from deco import a as x, b as y
@x
def f(n): return n
@y
def g(n): return n
def h(): return f, g

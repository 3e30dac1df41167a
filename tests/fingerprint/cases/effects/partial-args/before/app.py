from functools import partial
def f(a, b): return a - b
g = partial(f, 1)
def run(): return g(5)

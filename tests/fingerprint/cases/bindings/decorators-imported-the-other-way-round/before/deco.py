def a(f): return lambda n: f(n) + 1
def b(f): return lambda n: f(n) + 2

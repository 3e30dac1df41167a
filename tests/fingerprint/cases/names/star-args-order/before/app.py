def f(a, b): return a - b
def run(): return f(*[1], *[2])

def f(a, b): return a - b
def run(): return f(*[2], *[1])

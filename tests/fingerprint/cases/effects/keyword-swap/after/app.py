def f(a, b): return a - b
def run(): return f(b=1, a=2)

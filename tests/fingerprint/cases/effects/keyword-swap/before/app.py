def f(a, b): return a - b
def run(): return f(a=1, b=2)

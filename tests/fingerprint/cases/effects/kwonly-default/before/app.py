def f(*, a=1): return a
def run(): return f()

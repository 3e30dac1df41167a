def f(*, a=2): return a
def run(): return f()

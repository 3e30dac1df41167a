def f(b=1): return 1
def run(): return f.__code__.co_varnames

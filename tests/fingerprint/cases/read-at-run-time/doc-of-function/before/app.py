def f():
    "a"
def run(): return f.__doc__

def f():
    "b"
def run(): return f.__doc__

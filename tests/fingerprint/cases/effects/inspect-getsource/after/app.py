import inspect
def f():
    return 2
def run(): return inspect.getsource(f)

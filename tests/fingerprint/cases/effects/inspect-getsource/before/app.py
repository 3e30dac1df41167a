import inspect
def f():
    return 1
def run(): return inspect.getsource(f)

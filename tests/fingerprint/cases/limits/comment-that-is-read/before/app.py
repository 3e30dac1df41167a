import inspect
def f():
    # one
    return 1
def run(): return len(inspect.getsource(f).split())

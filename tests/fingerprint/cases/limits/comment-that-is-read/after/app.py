import inspect
def f():
    # two words
    return 1
def run(): return len(inspect.getsource(f).split())

"""Old."""
def f(x):
    return __doc__

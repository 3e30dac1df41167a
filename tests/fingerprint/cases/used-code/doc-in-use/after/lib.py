"""New."""
def f(x):
    raise ValueError(__doc__)

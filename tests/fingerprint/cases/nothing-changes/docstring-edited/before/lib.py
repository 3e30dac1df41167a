def f(x):
    """A."""
    return x

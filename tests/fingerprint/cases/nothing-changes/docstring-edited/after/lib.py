def f(x):
    """B."""
    return x

def f(x):
    """What."""
    return x + 1

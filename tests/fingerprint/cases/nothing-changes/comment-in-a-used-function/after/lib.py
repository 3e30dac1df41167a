def f(x):
    # why
    return x + 1

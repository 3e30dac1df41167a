def abs(x):
    return x + 5

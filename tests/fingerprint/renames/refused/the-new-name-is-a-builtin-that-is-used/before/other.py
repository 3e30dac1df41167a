def k(x):
    return x + 5

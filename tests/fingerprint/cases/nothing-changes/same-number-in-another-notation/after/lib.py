def f(x):
    return x + 0x1

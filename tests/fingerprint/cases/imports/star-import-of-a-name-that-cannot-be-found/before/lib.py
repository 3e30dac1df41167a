def f(x):
    return x + 1
globals()['h'] = f

def f(x):
    return b'a'

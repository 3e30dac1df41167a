def f(x):
    del x

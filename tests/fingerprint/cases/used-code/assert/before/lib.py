def f(x):
    assert x > 1

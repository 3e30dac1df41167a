def f(x):
    assert x > 2

def f(x):
    return x + 1
class C:
    x = 2

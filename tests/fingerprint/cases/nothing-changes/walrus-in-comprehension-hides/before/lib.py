q = 1
def f(x):
    [q := y for y in x]
    return q

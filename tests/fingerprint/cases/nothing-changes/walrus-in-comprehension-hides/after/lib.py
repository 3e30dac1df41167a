q = 2
def f(x):
    [q := y for y in x]
    return q

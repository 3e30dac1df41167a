A, B = 1, 2
def f(x):
    return A

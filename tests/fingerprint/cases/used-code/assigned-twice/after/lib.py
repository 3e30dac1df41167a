A = 3
A = 2
def f(x):
    return A

A = 1
A += 2
def f(x):
    return A

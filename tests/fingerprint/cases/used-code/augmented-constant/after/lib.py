A = 1
A += 3
def f(x):
    return A

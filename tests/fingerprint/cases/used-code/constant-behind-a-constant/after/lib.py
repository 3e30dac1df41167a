A = 2
B = A + 1
def f(x):
    return B

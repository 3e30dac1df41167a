A = 1
B = A + 1
def f(x):
    return B

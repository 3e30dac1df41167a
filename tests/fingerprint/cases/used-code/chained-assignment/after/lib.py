A = B = [1]
def f(x):
    return A

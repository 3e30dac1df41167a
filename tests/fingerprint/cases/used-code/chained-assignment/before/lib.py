A = B = []
def f(x):
    return A

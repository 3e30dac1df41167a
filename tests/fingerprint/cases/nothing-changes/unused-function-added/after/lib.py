def unused():
    return 3
def f(x):
    return x + 1

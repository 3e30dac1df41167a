from a import *
X = 6
def f(x):
    return x + 1

from a import *
X = 5
def f(x):
    return x + 1

import numpy
def f(x):
    return x + 1

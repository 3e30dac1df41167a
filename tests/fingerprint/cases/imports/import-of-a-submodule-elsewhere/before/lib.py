import numpy
def f(x): return numpy.sum(x)

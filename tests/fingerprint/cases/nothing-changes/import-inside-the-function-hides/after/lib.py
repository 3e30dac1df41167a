import math
log = 2
def f(x):
    from math import log
    return log(x)

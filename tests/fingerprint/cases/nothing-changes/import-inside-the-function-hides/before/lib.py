import math
log = 1
def f(x):
    from math import log
    return log(x)

import numpy as np
np.seterr(all='raise')
A = 1
def f(x): return x

import numpy as np
np.seterr(all='raise')
A = 2
B = 3
def f(x): return x

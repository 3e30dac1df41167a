import numpy as np
np.seterr(all='raise')
def g(): return 1
def f(x): return x

import numpy as np
def g(): return 2
np.seterr(all='raise')
def f(x): return x

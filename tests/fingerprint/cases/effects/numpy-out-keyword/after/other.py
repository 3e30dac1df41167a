import lib, numpy as np
Y = np.log([2, 3], out=lib.A)

import numpy as np
A = np.zeros(2)
B = np.asarray(A)

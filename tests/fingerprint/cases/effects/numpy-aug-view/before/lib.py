import numpy as np
A = np.zeros((2, 2))
B = A[0]

import numpy as np
A = np.zeros(2)

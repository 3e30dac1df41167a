import numpy as np
np.sin = np.cos

import numpy as np
np.sin = np.tan

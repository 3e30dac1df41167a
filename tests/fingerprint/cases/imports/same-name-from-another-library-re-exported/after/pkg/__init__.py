import cupy as np

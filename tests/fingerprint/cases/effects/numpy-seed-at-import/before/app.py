import numpy as np, patch
def run(): return np.random.rand()

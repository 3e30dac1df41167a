from pkg import np
def run(): return np.sum(1)

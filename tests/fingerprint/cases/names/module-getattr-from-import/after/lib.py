V = 2
def __getattr__(name): return V

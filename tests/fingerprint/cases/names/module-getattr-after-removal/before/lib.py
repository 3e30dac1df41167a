x = 1
def __getattr__(name): return 2

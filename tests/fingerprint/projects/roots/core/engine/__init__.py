from core.deep import h
def g(x): return h(x)

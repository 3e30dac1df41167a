def g(x): return 1

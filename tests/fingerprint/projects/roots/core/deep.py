def h(x): return 1

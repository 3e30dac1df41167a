def len(x): return 1

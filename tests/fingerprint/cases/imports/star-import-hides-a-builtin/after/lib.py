def len(x): return 2

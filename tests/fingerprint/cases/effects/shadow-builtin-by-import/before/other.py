def len(x): return 7

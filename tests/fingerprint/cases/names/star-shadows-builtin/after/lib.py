def len(x): return 0
x = 1

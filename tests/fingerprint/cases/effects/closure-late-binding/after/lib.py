K = 1
f = lambda: K
K = 2

K = 1
G = (x * K for x in [1, 2])


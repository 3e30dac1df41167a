N = [1]
M = map(lambda x: x + N[0], [1])
N[0] = 2

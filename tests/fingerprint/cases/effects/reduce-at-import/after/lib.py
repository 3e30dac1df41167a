from functools import reduce
L = []
X = reduce(lambda a, b: L.append(b), [0, 2])

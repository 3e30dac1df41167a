L = []
X = sorted([1, 3], key=lambda v: L.append(v) or v)

L = []
X = sorted([1, 2], key=lambda v: L.append(v) or v)

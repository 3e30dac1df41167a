from collections import defaultdict
D = defaultdict(list)
Y = D["a"]

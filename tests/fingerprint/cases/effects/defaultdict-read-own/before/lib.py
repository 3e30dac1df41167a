from collections import defaultdict
D = defaultdict(list)


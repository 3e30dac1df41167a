from collections import Counter
C = Counter("aab")

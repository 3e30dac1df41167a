class K: x = 2

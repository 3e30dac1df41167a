from a import f
X = 2

from lib import gen
X = list(gen(1))

from lib import A
Y = isinstance("a", A)

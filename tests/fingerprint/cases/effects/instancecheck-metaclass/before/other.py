from lib import A
Y = isinstance(1, A)

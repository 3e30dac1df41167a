from lib import A
Y = isinstance(2, A)

from lib import D
Y = D[2]

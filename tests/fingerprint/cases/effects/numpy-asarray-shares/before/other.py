from lib import B
B[0] = 1

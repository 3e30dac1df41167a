from lib import B
B[1] = 1

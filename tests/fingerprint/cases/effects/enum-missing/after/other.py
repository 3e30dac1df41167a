from lib import E
Y = E(3)

from lib import E
Y = E(2)

from lib import make
Y = make() == 2

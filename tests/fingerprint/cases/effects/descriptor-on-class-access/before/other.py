from lib import Thing
Y = 1

from lib import Thing
Y = 2

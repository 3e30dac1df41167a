from lib import Thing
Y = Thing.go()

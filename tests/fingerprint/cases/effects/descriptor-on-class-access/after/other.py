from lib import Thing
Y = Thing.x

from lib import Thing
Y = Thing().p

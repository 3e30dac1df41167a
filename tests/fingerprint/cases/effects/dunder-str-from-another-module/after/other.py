from lib import Thing
Y = str(Thing())

from lib import Thing
Y = {Thing(2)}

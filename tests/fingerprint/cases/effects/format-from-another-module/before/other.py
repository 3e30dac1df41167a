from lib import Thing
Y = f"{Thing():a}"

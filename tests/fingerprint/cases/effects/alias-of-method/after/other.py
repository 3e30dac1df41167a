from lib import add
y = add(2)

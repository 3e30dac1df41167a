from lib import add
y = add(1)

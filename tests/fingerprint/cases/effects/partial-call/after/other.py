from lib import add
y = add()

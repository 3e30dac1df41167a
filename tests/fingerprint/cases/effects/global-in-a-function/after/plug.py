from lib import go
x = go(2)

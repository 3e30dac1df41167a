from lib import f
y = f(2)

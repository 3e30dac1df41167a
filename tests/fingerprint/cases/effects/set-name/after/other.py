from lib import D
class Thing:
    y = D()

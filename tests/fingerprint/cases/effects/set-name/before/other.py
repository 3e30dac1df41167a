from lib import D
class Thing:
    x = D()

F = True
class X: v = 1
class Y: v = 2

F = False
class X: v = 1
class Y: v = 2

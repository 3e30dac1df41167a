import lib
class B: x = 1
lib.A.__bases__ = (B,)

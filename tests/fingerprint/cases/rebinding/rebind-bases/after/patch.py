import lib
class B: x = 2
lib.A.__bases__ = (B,)

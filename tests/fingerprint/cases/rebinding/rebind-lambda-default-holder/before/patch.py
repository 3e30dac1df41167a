import lib
lib.f.__defaults__ = (2,)

import lib
class M(type):
    def __init__(cls, *a): lib.STATE.append(getattr(cls, 'n', 0))
class B(metaclass=M): pass

import lib
class B:
    def __init_subclass__(cls): lib.STATE.append(cls.n)

import lib
class B:
    def __init_subclass__(cls, n): lib.STATE.append(n)

class Net:
    known = {}
    def __init_subclass__(cls): Net.known[cls.__name__] = cls

class Root:
    def __init_subclass__(cls): cls.z = 1

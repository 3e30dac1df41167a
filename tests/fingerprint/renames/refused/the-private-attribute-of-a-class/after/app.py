class Network:
    def __init__(self):
        self.__w = 1


def run():
    return getattr(Network(), "x", 5) + Network()._Net__w

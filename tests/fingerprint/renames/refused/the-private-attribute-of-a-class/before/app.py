class Net:
    def __init__(self):
        self.__w = 1


def run():
    return getattr(Net(), "x", 5) + Net()._Net__w

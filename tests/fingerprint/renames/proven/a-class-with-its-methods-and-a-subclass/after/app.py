from lib import Layer


class Mine(Layer):
    pass


def run():
    return Mine().width() + Layer.depth(3)

LOG = []
class E(Exception):
    def __init__(self, x):
        super().__init__(x)
        LOG.append(x)

LOG = []
class D:
    def __get__(self, o, t):
        LOG.append(1)
        return 1
class Thing:
    x = D()

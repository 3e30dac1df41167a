LOG = []
class Thing:
    def __add__(self, o):
        LOG.append(1)
        return 1

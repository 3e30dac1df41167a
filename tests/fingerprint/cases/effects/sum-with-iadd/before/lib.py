LOG = []
class N:
    def __radd__(self, o):
        LOG.append(o)
        return 0

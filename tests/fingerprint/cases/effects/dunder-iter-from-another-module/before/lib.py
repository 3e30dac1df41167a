LOG = []
class Thing:
    def __iter__(self):
        LOG.append(1)
        return iter([])

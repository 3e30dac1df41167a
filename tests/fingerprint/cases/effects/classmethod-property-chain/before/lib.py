LOG = []
class Thing:
    @classmethod
    def go(cls):
        LOG.append(1)
        return 1

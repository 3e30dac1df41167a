LOG = []
class Thing:
    def __format__(self, spec):
        LOG.append(spec)
        return ""

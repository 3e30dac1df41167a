LOG = []
class Thing:
    @property
    def p(self):
        LOG.append(1)
        return 1

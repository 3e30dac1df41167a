LOG = []
class Thing:
    def __init__(self, n): self.n = n
    def __hash__(self):
        LOG.append(self.n)
        return 1

LOG = []
class D:
    def __getitem__(self, n):
        LOG.append(n)
        return self
TABLE = [D()]

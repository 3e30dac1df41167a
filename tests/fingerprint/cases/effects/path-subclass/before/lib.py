LOG = []
class S(str):
    def __str__(self):
        LOG.append(1)
        return "a"

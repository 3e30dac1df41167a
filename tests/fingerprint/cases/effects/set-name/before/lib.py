LOG = []
class D:
    def __set_name__(self, o, n): LOG.append(n)

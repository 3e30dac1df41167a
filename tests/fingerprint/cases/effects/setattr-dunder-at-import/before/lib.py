LOG = []
class A:
    def __setattr__(self, k, v): LOG.append(v)
def make():
    a = A()
    return a

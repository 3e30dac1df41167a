LOG = []
def gen(n):
    LOG.append(n)
    yield n

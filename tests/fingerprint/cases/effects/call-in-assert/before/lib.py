LOG = []
def check(x):
    LOG.append(x)
    return True

LOG = []
f = lambda x: LOG.append(x)

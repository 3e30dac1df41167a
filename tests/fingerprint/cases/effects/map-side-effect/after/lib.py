LOG = []
y = list(map(LOG.append, [2]))

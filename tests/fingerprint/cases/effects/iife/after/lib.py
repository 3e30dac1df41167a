LOG = []
y = (lambda: LOG.append(2))()

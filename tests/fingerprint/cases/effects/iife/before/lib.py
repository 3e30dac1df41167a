LOG = []
y = (lambda: LOG.append(1))()

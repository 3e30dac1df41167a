LOG = []
add = LOG.append

from functools import partial
LOG = []
add = partial(LOG.append, 1)

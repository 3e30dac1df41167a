import logging
LOG = logging.getLogger("a")
LOG.disabled = False

import logging
logging.getLogger().setLevel(20)

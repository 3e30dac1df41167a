import logging, patch
def run(): return logging.getLogger("a").disabled

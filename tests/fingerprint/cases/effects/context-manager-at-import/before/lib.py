from contextlib import contextmanager
LOG = []
@contextmanager
def ctx(n):
    LOG.append(n)
    yield

import functools, time
def timed(g):
    @functools.wraps(g)
    def inner(*a):
        start = time.time()
        return g(*a), time.time() - start
    return inner

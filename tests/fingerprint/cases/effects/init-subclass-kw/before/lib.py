LOG = []
class D:
    def __init_subclass__(cls, tag=0, **kw):
        LOG.append(tag)

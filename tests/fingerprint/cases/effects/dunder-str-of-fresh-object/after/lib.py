LOG = []
class Thing:
    def __str__(self):
        LOG.append(1)
        return "x"
Y = str(Thing())

LOG = []
class M(type):
    def __instancecheck__(cls, c):
        LOG.append(c)
        return False
class A(metaclass=M): pass

from enum import Enum
LOG = []
class E(Enum):
    A = 1
    @classmethod
    def _missing_(cls, v):
        LOG.append(v)
        return cls.A

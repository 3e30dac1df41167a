from lib import D
class E(D, tag=2): pass

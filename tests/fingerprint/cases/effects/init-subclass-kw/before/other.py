from lib import D
class E(D, tag=1): pass

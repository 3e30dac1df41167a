import sys
setattr(sys.modules['a'], 'x', 6)

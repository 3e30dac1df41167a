def g(): pass
h = g
def run(): return h.__name__

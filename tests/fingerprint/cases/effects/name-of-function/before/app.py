def f(): pass
h = f
def run(): return h.__name__

def doc(f): return f.__doc__

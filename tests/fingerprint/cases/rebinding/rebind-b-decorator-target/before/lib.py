T = {}
def register(f):
    T[f.__name__] = f
    return f

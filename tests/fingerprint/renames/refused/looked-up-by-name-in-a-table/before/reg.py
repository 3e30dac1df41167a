TABLE = {}


def register(f):
    TABLE[f.__name__] = f
    return f

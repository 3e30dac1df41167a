TABLE = {}
def put(table, f): table[f.__name__] = f
def register(f):
    put(TABLE, f)
    return f

T = []
def register(g):
    T.append(g)
    return g

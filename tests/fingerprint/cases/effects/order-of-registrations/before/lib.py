T = []
def register(g):
    T.append(g)
    return g
def f(x): return T[0]()

from base import B as X, A as Y
class C(X): pass
class D(Y): pass
def f(x): return C, D

from base import A as X, B as Y
class C(X): pass
class D(Y): pass
def f(x): return C, D

class C:
    def __init__(self, n):
        self.n = n
c = C(2)
def f(x): return x

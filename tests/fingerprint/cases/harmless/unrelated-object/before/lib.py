class C:
    def __init__(self, n):
        self.n = n
c = C(1)
def f(x): return x

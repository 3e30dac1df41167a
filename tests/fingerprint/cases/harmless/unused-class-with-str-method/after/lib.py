K = 1
LOG = []
class A:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"A({self.n})"
    def __eq__(self, o): return self.n == o.n
DEFAULT = A(3)
OTHERS = [A(i) for i in range(3)]

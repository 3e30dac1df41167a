import lib
class C:
    def __init__(self, n): self.n = n
    def __del__(self): lib.STATE.append(self.n)

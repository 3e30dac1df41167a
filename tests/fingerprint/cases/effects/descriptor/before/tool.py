import lib
class C:
    def __init__(self, n): self.n = n
    def __set_name__(self, owner, name): lib.STATE.append(self.n)

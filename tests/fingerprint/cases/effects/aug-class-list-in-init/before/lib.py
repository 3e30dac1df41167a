class A:
    items = []
    def __init__(self, n): self.items += [n]

class A:
    n = 0
    def __init__(self, k): self.__class__.n = k

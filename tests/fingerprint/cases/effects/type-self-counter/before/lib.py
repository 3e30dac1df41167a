class A:
    n = 0
    def __init__(self, k): type(self).n += k

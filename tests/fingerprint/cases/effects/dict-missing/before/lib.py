class M(dict):
    def __missing__(self, k):
        self[k] = 1
        return 1
D = M()

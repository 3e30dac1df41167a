from collections import namedtuple
L = []
class A(namedtuple("A", "n")):
    def __new__(cls, n):
        L.append(n)
        return super().__new__(cls, n)

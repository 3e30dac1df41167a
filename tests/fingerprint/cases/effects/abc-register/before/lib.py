from abc import ABC
class A(ABC): pass

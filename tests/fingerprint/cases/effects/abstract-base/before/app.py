from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def f(self): pass
def run():
    try: A(); return 1
    except TypeError: return 0

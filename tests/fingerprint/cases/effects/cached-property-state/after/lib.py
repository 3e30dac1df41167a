from functools import cached_property
class A:
    n = 0
    @property
    def x(self):
        self.n += 1
        return self.n

from lib import Base
class A(Base):
    def f(self): return super().f() + 1
def run(): return A().f()

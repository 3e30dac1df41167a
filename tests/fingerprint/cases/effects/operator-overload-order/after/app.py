class A:
    def __add__(self, o): return 2
def run(): return A() + A()

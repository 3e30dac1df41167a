class A:
    def __add__(self, o): return 1
def run(): return A() + A()

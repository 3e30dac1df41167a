import sys
class M:
    def f(self): return 2
sys.modules[__name__] = M()

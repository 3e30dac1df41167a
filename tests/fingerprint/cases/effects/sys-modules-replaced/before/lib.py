import sys
class M:
    def f(self): return 1
sys.modules[__name__] = M()

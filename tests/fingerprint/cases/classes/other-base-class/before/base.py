class B:
    def m(self): return 1
class D: pass

class Root:
    def f(self): return 2

class Root:
    def f(self): return 1
class Mid(Root):
    def f(self): return 5

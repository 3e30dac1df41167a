class C:
    def m(self) -> str: return 1
def f(x): return C

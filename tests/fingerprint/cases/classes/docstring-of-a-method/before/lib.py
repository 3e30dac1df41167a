class C:
    def m(self):
        'Doc'
        return 1
def f(x): return C

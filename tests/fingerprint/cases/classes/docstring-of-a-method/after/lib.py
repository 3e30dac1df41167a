class C:
    def m(self):
        'Dok'
        return 1
def f(x): return C

class C:
    'Dok'
    x = 1
def f(x): return C

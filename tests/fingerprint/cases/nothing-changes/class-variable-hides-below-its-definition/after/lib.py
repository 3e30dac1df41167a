size = 3
class C:
    size = 2
    area = size
def f(x): return C

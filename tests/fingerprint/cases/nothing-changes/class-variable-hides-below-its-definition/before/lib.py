size = 1
class C:
    size = 2
    area = size
def f(x): return C

class A:
    n = 1
class B(A):
    n = 3
def f(x): return x

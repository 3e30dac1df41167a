class A:
    n = 1
class B(A):
    n = 2
def f(x): return x

class A: v = 1
class B: v = 2
X, Y = B, A

A = [1]
A.append(2)
B = list(A)
def f(x): return A, B

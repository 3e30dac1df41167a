A = [1]
B = list(A)
A.append(2)
def f(x): return A, B

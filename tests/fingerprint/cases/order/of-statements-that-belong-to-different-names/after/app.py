A = [1]
A.append(2)
B = list(A)
def run(): return A, B

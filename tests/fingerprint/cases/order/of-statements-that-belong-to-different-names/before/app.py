A = [1]
B = list(A)
A.append(2)
def run(): return A, B

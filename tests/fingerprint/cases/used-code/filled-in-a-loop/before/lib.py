T = []
for i in range(3):
    T.append(i)
def f(x):
    return T

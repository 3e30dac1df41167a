T = []
for i in range(4):
    T.append(i)
def f(x):
    return T

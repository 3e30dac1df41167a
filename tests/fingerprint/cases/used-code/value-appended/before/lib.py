T = []
T.append(1)
def f(x):
    return T

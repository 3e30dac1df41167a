T = []
T.append(2)
def f(x):
    return T

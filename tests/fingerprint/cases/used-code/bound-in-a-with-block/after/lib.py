with open('b') as h:
    D = h.read()
def f(x):
    return D

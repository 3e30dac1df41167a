with open('a') as h:
    D = h.read()
def f(x):
    return D

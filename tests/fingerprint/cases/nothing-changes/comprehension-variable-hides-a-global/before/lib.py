i = 1
def f(x):
    return [i for i in x]

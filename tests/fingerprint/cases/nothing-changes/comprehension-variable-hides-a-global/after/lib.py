i = 2
def f(x):
    return [i for i in x]

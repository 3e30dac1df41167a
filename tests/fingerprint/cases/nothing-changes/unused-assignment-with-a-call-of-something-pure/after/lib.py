X = len('ab')
def f(x):
    return x + 1

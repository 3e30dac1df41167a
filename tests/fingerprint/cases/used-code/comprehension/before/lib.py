def g():
    return 1
def f(x):
    return {g(): y for y in x}

x = [1]
def f(y):
    return [x for x in x]

n = 2
def f(x):
    global n
    n = x
    return n

n = 1
def f(x):
    global n
    n = x
    return n

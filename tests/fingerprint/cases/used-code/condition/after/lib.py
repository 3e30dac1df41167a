K = 0
if K:
    A = 1
else:
    A = 2
def f(x):
    return A
